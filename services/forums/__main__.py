"""Run the forums service: python -m services.forums."""

from services.forums.app import build
from services.forums.settings import Settings
from shared.serve import serve

if __name__ == "__main__":
    settings = Settings()
    serve("forums", build(settings), settings)
