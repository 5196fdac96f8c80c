"""Settings of the policy service."""

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """Nothing beyond what every service has."""

    port: int = 8103
