from tests.matching.conftest import post

__all__ = ["post"]
