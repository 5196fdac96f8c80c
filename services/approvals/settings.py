"""Settings of the approvals service."""

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """Nothing beyond what every service has."""

    port: int = 8101
