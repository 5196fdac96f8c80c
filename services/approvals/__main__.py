"""Run the approvals service: python -m services.approvals."""

from services.approvals.app import build
from services.approvals.settings import Settings
from shared.serve import serve

if __name__ == "__main__":
    settings = Settings()
    serve("approvals", build(settings), settings)
