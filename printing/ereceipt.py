"""E-receipts: the same paper as a web page and as a PDF file, written into a folder."""

import os
from pathlib import Path

from omnipos.domain.paper import PrintJob, ReceiptPaper, paper_of
from printing.composing import document_of
from printing.heading import of_training
from printing.html import as_html
from printing.pdf import as_pdf


class EReceiptFolder:
    """Where e-receipts are saved; see `omnipos.ports.EReceipts`."""

    def __init__(self, folder: Path, *, training: bool = False) -> None:
        """Save into a folder, made with the first receipt."""
        self._folder = folder
        self._training = training

    def save(self, job: PrintJob) -> tuple[Path, ...]:
        """Write both files of a receipt, each whole or not at all; the same receipt replaces its own."""
        paper = paper_of(job)
        assert isinstance(paper, ReceiptPaper), "an e-receipt is made of a receipt"
        document = document_of(job)
        if self._training:
            document = of_training(document)
        title = f"{paper.shop.name} {paper.sale.receipt_number}"
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return (
            self._write(f"{document.name}.html", as_html(document, title).encode()),
            self._write(f"{document.name}.pdf", as_pdf(document, title, paper.sale.completed_at_ms)),
        )

    def _write(self, name: str, content: bytes) -> Path:
        path = self._folder / name
        unfinished = path.with_suffix(f"{path.suffix}.part")
        # What somebody bought is for the shop's own eyes.
        with os.fdopen(os.open(unfinished, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "wb") as file:
            file.write(content)
        unfinished.replace(path)
        return path
