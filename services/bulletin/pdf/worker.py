"""The child process that prints editions."""

from services.bulletin.domain.edition import Edition
from services.bulletin.pdf.press import BulletinPress
from shared.printing import worker
from shared.printing.fonts import Fonts


def editions(fonts: Fonts) -> worker.Print:
    """Return the printing of editions, which come as their canonical JSON."""
    press = BulletinPress(fonts)
    return lambda request, signs: press.print(Edition.model_validate_json(request), signs=signs)


if __name__ == "__main__":
    worker.main(editions)
