"""Run the policy service: python -m services.policy."""

from services.policy.app import build
from services.policy.settings import Settings
from shared.serve import serve

if __name__ == "__main__":
    settings = Settings()
    serve("policy", build(settings), settings)
