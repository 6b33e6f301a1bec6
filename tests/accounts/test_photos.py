"""Photos: whatever comes in, only a small picture drawn by us goes out, and only to signed-in people."""

import struct
import zlib
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from accounts.models import Photo
from accounts.services.photos import redrawn, set_photo
from tests.accounts.factories import PersonFactory

pytestmark = pytest.mark.django_db
PAYLOAD = b"<script>alert(document.domain)</script>"


def picture(kind="JPEG", size=(600, 400), mode="RGB", **options) -> bytes:
    out = BytesIO()
    Image.new(mode, size, 128).save(out, kind, **options)
    return out.getvalue()


def send(client, content, name="me.jpg"):
    return client.post(reverse("accounts:edit_photo"), {"picture": SimpleUploadedFile(name, content)})


def bomb(side) -> bytes:
    """A PNG of a few bytes that claims to be this wide and high."""

    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    data = zlib.compress(b"\0" * 1000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


@pytest.fixture
def samira(client):
    person = PersonFactory()
    client.force_login(person)
    return person


@pytest.mark.parametrize(
    ("kind", "mode"), [("JPEG", "RGB"), ("JPEG", "CMYK"), ("PNG", "LA"), ("PNG", "P"), ("WEBP", "RGB")]
)
def test_a_picture_is_drawn_anew_small_and_square(client, samira, kind, mode):
    response = send(client, picture(kind, mode=mode))

    assert response.status_code == 302
    kept = Image.open(BytesIO(bytes(samira.photo.webp)))
    assert (kept.format, kept.size) == ("WEBP", (256, 256))


def test_where_and_with_what_it_was_taken_is_left_out(client, samira):
    exif = Image.Exif()
    exif[0x010F] = "Planted camera"
    exif.get_ifd(0x8825)[1] = "N"

    send(client, picture(exif=exif))

    kept = bytes(samira.photo.webp)
    assert b"Planted camera" not in kept
    assert not Image.open(BytesIO(kept)).getexif()


def test_what_is_hidden_behind_a_picture_is_left_out(client, samira):
    send(client, picture() + PAYLOAD)

    assert PAYLOAD not in bytes(samira.photo.webp)


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "me.svg"),
        (PAYLOAD, "me.jpg"),
        (picture("GIF", mode="L"), "me.gif"),
        (picture("TIFF"), "me.jpg"),
        (picture("PNG")[:80], "me.png"),
        (picture()[:200], "me.jpg"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 50, "me.png"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "me.webp"),
        (b"PK\x03\x04" + b"\0" * 100, "me.jpg"),
    ],
    ids=["svg", "script", "gif", "tiff", "cut png", "cut jpeg", "broken png", "broken webp", "zip"],
)
def test_what_is_no_picture_is_refused_with_a_sentence(client, samira, content, name):
    response = send(client, content, name)

    assert response.context["form"].errors == {
        "picture": ["This file is not a picture that we can read. Send a JPEG, PNG or WebP file."]
    }
    assert not Photo.objects.exists()


@pytest.mark.parametrize("side", [7_000, 30_000])
def test_a_bomb_is_refused_before_it_is_unpacked(client, samira, side):
    response = send(client, bomb(side), "me.png")

    assert response.context["form"].errors == {
        "picture": ["This picture has more than 40 million pixels. Send a smaller one."]
    }


def test_a_file_that_is_too_large_is_refused(client, samira):
    response = send(client, picture() + b"\0" * (8 * 1024 * 1024))

    assert response.context["form"].errors == {
        "picture": ["This picture is larger than 8 MB. Send a smaller one."]
    }


def test_sending_nothing_says_what_to_do(client, samira):
    response = client.post(reverse("accounts:edit_photo"))

    assert response.context["form"].errors == {"picture": ["Choose a picture first."]}


def test_a_photo_can_be_taken_away(client, samira):
    set_photo(samira, redrawn(BytesIO(picture())))

    client.post(reverse("accounts:drop_photo"))

    assert not Photo.objects.exists()


def test_a_photo_is_served_as_nothing_but_a_picture(client, samira):
    set_photo(samira, redrawn(BytesIO(picture())))

    response = client.get(samira.photo_url)

    assert response.content == bytes(samira.photo.webp)
    assert response["Content-Type"] == "image/webp"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert "private" in response["Cache-Control"]


def test_another_member_sees_a_photo_that_a_page_showed_them(client, samira):
    other = PersonFactory()
    set_photo(other, redrawn(BytesIO(picture())))

    assert client.get(other.photo_url).status_code == 200


@pytest.mark.parametrize("seal", ["", "?seal=", "?seal=AAAA", "?seal=é"])
def test_counting_through_the_numbers_shows_nobody(client, samira, seal):
    other = PersonFactory()
    set_photo(other, redrawn(BytesIO(picture())))

    assert client.get(reverse("accounts:photo", args=[other.pk]) + seal).status_code == 404


def test_a_stranger_sees_no_photo(client):
    other = PersonFactory()
    set_photo(other, redrawn(BytesIO(picture())))

    response = client.get(other.photo_url)

    assert response.url.startswith(reverse("account_login"))


def test_the_address_of_an_earlier_photo_no_longer_works(client, samira):
    set_photo(samira, redrawn(BytesIO(picture())))
    earlier = samira.photo_url
    set_photo(samira, redrawn(BytesIO(picture(size=(300, 300)))))

    assert client.get(earlier).status_code == 404
