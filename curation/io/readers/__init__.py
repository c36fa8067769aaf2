"""Read any supported file into numbered rows: one file per format, and the list of them."""

from winnow.curation.io.readers.arrow_reader import ARROW
from winnow.curation.io.readers.csv_reader import CSV, TSV
from winnow.curation.io.readers.databases.sql_reader import SQL
from winnow.curation.io.readers.databases.sqlite_reader import SQLITE
from winnow.curation.io.readers.excel_reader import EXCEL
from winnow.curation.io.readers.fasttext_reader import FASTTEXT
from winnow.curation.io.readers.json_reader import JSON
from winnow.curation.io.readers.jsonl_reader import JSONL
from winnow.curation.io.readers.lines_reader import LINES
from winnow.curation.io.readers.parquet_reader import PARQUET
from winnow.curation.io.readers.rasa_markdown_reader import RASA_MARKDOWN
from winnow.curation.io.readers.rasa_reader import RASA

READERS = (CSV, TSV, JSONL, JSON, EXCEL, PARQUET, ARROW, SQLITE, SQL, RASA, RASA_MARKDOWN, FASTTEXT, LINES)
"""Every input format, in the order in which messages list them."""
FORMATS = ("auto", *(reader.name for reader in READERS))
"""What `--format` takes."""
