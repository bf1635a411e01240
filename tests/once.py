"""What every test's application would make anew though it is always the same: compiled addresses and templates.

Some thousand tests build the whole application, many of them once per browser; compiling took most of a test's time.
"""

from typing import Any

from apiflask import APIFlask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from werkzeug.routing import Rule


class Templates(BytecodeCache):
    """Templates compiled once per process. Jinja compares a checksum of the source itself."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._kept:
            bucket.bytecode_from_string(self._kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[bucket.key] = bucket.bytecode_to_string()


class Address(Rule):
    """An address pattern that takes what compiling made from the first one of the same words."""

    _known: dict[tuple[object, ...], dict[str, Any]] = {}  # noqa: RUF012 one for the whole process

    def compile(self) -> None:
        words = (self.rule, self.endpoint, self.subdomain, self.host, self.merge_slashes, repr(self.defaults))
        if words not in self._known:
            super().compile()
            made = {name: value for name, value in vars(self).items() if name.startswith("_")}
            self._known[words] = {**made, "arguments": self.arguments}
        vars(self).update(self._known[words])


def compile_once() -> None:
    """For all applications of this process."""
    APIFlask.url_rule_class = Address
    APIFlask.jinja_options = {"bytecode_cache": Templates()}
