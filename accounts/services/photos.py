"""Photos: whatever is sent is drawn anew, small, so that nothing of the file itself is kept."""

import struct
from io import BytesIO
from typing import BinaryIO

from django.utils import timezone
from django.utils.translation import gettext as _
from PIL import Image, ImageOps

from accounts.models import Person, Photo

SIDE = 256
MOST_BYTES = 8 * 1024 * 1024
MOST_PIXELS = 40_000_000
# Three decoders, so that no rarely used one of Pillow's many is ever handed a stranger's bytes.
FORMATS = ("JPEG", "PNG", "WEBP")
UNREADABLE = (OSError, SyntaxError, ValueError, EOFError, struct.error)


class NotAPicture(Exception):
    """This file cannot become a photo; the text says why, and what to send instead."""


def set_photo(person: Person, webp: bytes) -> None:
    """Keep a picture that `redrawn` has made small."""
    Photo.objects.update_or_create(person=person, defaults={"webp": webp, "changed_at": timezone.now()})


def remove_photo(person: Person) -> None:
    Photo.objects.filter(person=person).delete()


def redrawn(file: BinaryIO) -> bytes:
    """The picture as a small WebP, without place, camera or anything else that was hidden in it. Raises NotAPicture."""
    try:
        picture = Image.open(file, formats=FORMATS)
        if picture.width * picture.height > MOST_PIXELS:
            raise Image.DecompressionBombError
        return _small(picture)
    except Image.DecompressionBombError as error:
        # The header alone says the size: a bomb is refused before a single pixel is unpacked.
        raise NotAPicture(
            _("This picture has more than %(most)s million pixels. Send a smaller one.")
            % {"most": MOST_PIXELS // 1_000_000}
        ) from error
    except UNREADABLE as error:
        raise NotAPicture(
            _("This file is not a picture that we can read. Send a JPEG, PNG or WebP file.")
        ) from error


def _small(picture: Image.Image) -> bytes:
    # A JPEG can be unpacked at a fraction of its size; the others ignore this.
    picture.draft("RGB", (2 * SIDE, 2 * SIDE))
    upright = ImageOps.exif_transpose(picture).convert("RGBA")
    square = ImageOps.fit(upright, (SIDE, SIDE))
    flat = Image.new("RGB", square.size, "white")
    flat.paste(square, mask=square.getchannel("A"))
    out = BytesIO()
    flat.save(out, "WEBP", quality=82)
    return out.getvalue()
