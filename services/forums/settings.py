"""Settings of the forums service."""

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """Nothing beyond what every service has."""

    port: int = 8102
