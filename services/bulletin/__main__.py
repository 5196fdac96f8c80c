"""Run the bulletin service: python -m services.bulletin."""

from services.bulletin.app import build
from services.bulletin.settings import Settings
from shared.serve import serve

if __name__ == "__main__":
    settings = Settings()
    serve("bulletin", build(settings), settings)
