"""Network interfaces: the cards that QEMU emulates for HVM guests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlpy.devices.vif import Vif
from xlpy.diagnostic import Severity
from xlpy.lint.helpers import pieces, placeholders
from xlpy.lint.helpers.devicemodel import is_traditional
from xlpy.lint.helpers.spectexts import rewritten, taken
from xlpy.lint.helpers.words import nearest
from xlpy.lint.rule import Finding, Rule
from xlpy.vocabulary import HVM

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlpy.lint.guest import Guest

_MODELS = (
    "e1000", "e1000-82540em", "e1000-82544gc", "e1000-82545em", "e1000e", "i82550", "i82551", "i82557a", "i82557b",
    "i82557c", "i82558a", "i82558b", "i82559a", "i82559b", "i82559c", "i82559er", "i82562", "i82801", "igb",
    "ne2k_isa", "ne2k_pci", "pcnet", "rocker", "rtl8139", "sungem", "tulip", "usb-net", "virtio-net",
    "virtio-net-pci", "virtio-net-pci-transitional", "virtio-net-pci-non-transitional", "vmxnet3",
)  # fmt: skip
"""The network cards that QEMU emulates in a PC, and the other names that it has for them."""
_MEANT = {"virtio": "virtio-net-pci", "ne2k": "ne2k_pci", "ne2000": "ne2k_pci", "intel": "e1000", "realtek": "rtl8139"}


def is_emulated(guest: Guest, vif: Vif) -> bool:
    """Whether QEMU emulates a card beside the PV one."""
    return guest.kind == HVM and vif.nictype != "vif"


def _emulated_pv(guest: Guest) -> Iterator[Finding]:
    for text, vif in taken(guest, Vif):
        item = text.item("type")
        if item is not None and guest.kind != HVM and vif.nictype == "vif_ioemu":
            yield Finding(
                item.value_span,
                f"a {guest.kind.upper()} guest cannot have an emulated card: it is not created",
                "leave type= out, or write type=vif",
                rewritten(item, item.value_span, "vif"),
            )


def _model_unused(guest: Guest) -> Iterator[Finding]:
    for text, vif in taken(guest, Vif):
        item = text.item("model")
        if item is not None and vif.model and not is_emulated(guest, vif):
            why = "with type=vif" if guest.kind == HVM else f"in a {guest.kind.upper()} guest"
            yield Finding(
                item.value_span,
                f"model={vif.model} does nothing: there is no emulated card {why}",
                "remove it" if guest.kind != HVM else "remove it, or type=vif",
                pieces.without("remove model", item.atom, item.start, item.start + len(item.text)),
            )


def _unknown_model(guest: Guest) -> Iterator[Finding]:
    for text, vif in taken(guest, Vif):
        item, model = text.item("model"), vif.model
        unknown = item is not None and model not in _MODELS and not is_traditional(guest)
        if item is None or model is None or not unknown or not is_emulated(guest, vif) or placeholders.fills(model):
            continue
        meant = _MEANT.get(model.strip().lower()) or nearest(model, _MODELS, 0.7)
        place = item.value_span if item.value else item.span
        yield Finding(
            place,
            f"QEMU has no network card {model}, and does not start" if model else "model= names no card",
            f"write {meant}" if meant else "write e1000, rtl8139 or virtio-net-pci",
            rewritten(item, place, meant) if meant and item.value else None,
        )


RULES = (
    Rule(
        code="vif-emulated-pv",
        group="vif",
        severity=Severity.WARNING,
        summary="an emulated network card in a PV or PVH guest",
        why="Only an HVM guest has a QEMU that emulates cards. libxl refuses to create any other with type=ioemu.",
        bad="vif = ['type=«ioemu»,bridge=xenbr0']",
        good="type = 'hvm'\nvif = ['type=ioemu,bridge=xenbr0']",
        fixed="vif = ['type=vif,bridge=xenbr0']",
        keys=("vif",),
        check=_emulated_pv,
        explains=("vif-model-unused",),
    ),
    Rule(
        code="vif-model-unused",
        group="vif",
        severity=Severity.WARNING,
        summary="a model of a network card that is not emulated",
        why="model= names the card that QEMU emulates. A PV card has none: the word is ignored.",
        bad="vif = ['model=«e1000»,bridge=xenbr0']",
        good="type = 'hvm'\nvif = ['model=e1000,bridge=xenbr0']",
        fixed="vif = ['bridge=xenbr0']",
        keys=("vif",),
        check=_model_unused,
    ),
    Rule(
        code="vif-unknown-model",
        group="vif",
        severity=Severity.WARNING,
        summary="a model of a network card that QEMU does not have",
        why="xl hands the model to QEMU as it is; with one that QEMU does not know the guest is not created.",
        bad="type = 'hvm'\nvif = ['model=«E1000»']",
        good="type = 'hvm'\nvif = ['model=e1000', 'model=virtio-net-pci']",
        fixed="type = 'hvm'\nvif = ['model=e1000']",
        keys=("vif",),
        check=_unknown_model,
    ),
)
