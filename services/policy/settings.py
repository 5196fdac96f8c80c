"""Settings of the policy service."""

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """What the policy service adds: where phones find what its QR codes lead to."""

    port: int = 8103
    public_address: str | None = None
    """Printed in QR codes, so never change it once brochures are handed out: https://policy.example.gov.cn."""

    @property
    def public(self) -> str:
        """The address in front of a brochure's code: what is set, else where people find this service."""
        known = self.public_address or self.addresses.get("policy") or f"http://127.0.0.1:{self.port}"
        return known.rstrip("/")
