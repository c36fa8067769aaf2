from __future__ import annotations

import json
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from tests.support.paths import EXAMPLE
from winnow.core.errors import ServiceError, WinnowError
from winnow.curation.engine.embedders.embedder import open_embedder
from winnow.curation.engine.embedders.model_files import BUNDLED_SHA256, bundled_model_folder
from winnow.curation.engine.embedders.openvino_backend import is_as_converted
from winnow.curation.engine.vector_cache import embed_with_cache

LINES = (EXAMPLE / "labeled.jsonl").read_text().splitlines()

TEXTS = list(dict.fromkeys(json.loads(line)["query"] for line in LINES))


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sentence-transformers model of another size, with random weights and the bundled vocabulary."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Normalize, Pooling, Transformer
    from transformers import AutoTokenizer, BertConfig, BertModel

    folder = tmp_path_factory.mktemp("tiny")
    torch.manual_seed(0)
    sizes = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64}
    tokenizer = AutoTokenizer.from_pretrained(bundled_model_folder())
    BertModel(BertConfig(vocab_size=len(tokenizer), **sizes)).save_pretrained(folder / "bert")
    tokenizer.save_pretrained(folder / "bert")
    transformer = Transformer(str(folder / "bert"), max_seq_length=64)
    pooling = Pooling(transformer.get_embedding_dimension())
    SentenceTransformer(modules=[transformer, pooling, Normalize()], device="cpu").save(str(folder / "model"))
    return folder / "model"


def test_the_fast_backend_is_faithful_to_fp32_on_real_texts() -> None:
    fast = open_embedder().encode(TEXTS)
    exact = open_embedder(backend="torch").encode(TEXTS)
    assert (fast * exact).sum(axis=1).min() >= 0.999
    assert np.allclose(np.linalg.norm(fast, axis=1), 1, atol=1e-6)


def test_the_sentence_transformers_is_what_sentence_transformers_gives() -> None:
    from sentence_transformers import SentenceTransformer

    theirs = SentenceTransformer(str(bundled_model_folder()), device="cpu").encode(TEXTS[:50])
    assert np.allclose(open_embedder(backend="torch").encode(TEXTS[:50]), theirs, atol=1e-5)


def test_a_vector_does_not_depend_on_its_neighbors_to_the_last_bit() -> None:
    embedder = open_embedder()
    together = embedder.encode(TEXTS[:200])
    alone = np.vstack([embedder.encode([text]) for text in TEXTS[:20]])
    assert np.array_equal(together[:20], alone)
    assert np.array_equal(embedder.encode(TEXTS[:200][::-1])[::-1], together)


def test_threads_share_an_embedder_and_an_interrupted_one_leaves_it_usable() -> None:
    embedder = open_embedder()
    expected = embedder.encode(TEXTS[:60])

    def interrupt(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt) as interrupted:
        embedder.encode(TEXTS[:60], progress=interrupt)
    with ThreadPoolExecutor(3) as threads:
        found = list(threads.map(embedder.encode, [TEXTS[:60]] * 6))
    assert all(np.array_equal(one, expected) for one in found)
    assert interrupted.traceback  # the frames that were interrupted are still there


def test_the_cache_gives_the_same_vectors_and_embeds_only_what_is_new(tmp_path: Path) -> None:
    embedder, cache = open_embedder(), tmp_path / "vectors.lance"
    seen: list[int] = []
    first = embed_with_cache(TEXTS[:50], embedder, cache, progress=lambda done, total: seen.append(total))
    again = embed_with_cache(TEXTS[:60], embedder, cache, progress=lambda done, total: seen.append(total))
    assert np.array_equal(again[:50], first)
    assert set(seen) == {50, 10}
    shutil.rmtree(cache)
    assert np.array_equal(embed_with_cache(TEXTS[:50], embedder, cache), first)


def test_vectors_of_two_backends_share_no_cache_key(tmp_path: Path) -> None:
    cache = tmp_path / "vectors.lance"
    fast = embed_with_cache(TEXTS[:5], open_embedder(), cache)
    exact = embed_with_cache(TEXTS[:5], open_embedder(backend="torch"), cache)
    assert not np.array_equal(fast, exact)
    assert np.array_equal(embed_with_cache(TEXTS[:5], open_embedder(), cache), fast)


@pytest.mark.parametrize("backend", ["openvino", "torch"])
def test_any_other_model_is_loaded_by_path(tiny_model: Path, backend: str) -> None:
    vectors = open_embedder(str(tiny_model), backend=backend).encode(["one text", "another one", ""])
    assert vectors.shape == (3, 32)


def test_a_model_of_other_size_has_a_cache_key_of_its_own(tiny_model: Path, tmp_path: Path) -> None:
    cache = tmp_path / "vectors.lance"
    assert embed_with_cache(TEXTS[:5], open_embedder(), cache).shape == (5, 384)
    assert embed_with_cache(TEXTS[:5], open_embedder(str(tiny_model)), cache).shape == (5, 32)


def test_a_model_that_is_not_there_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    for name in ("no/such-model", "not a name at all"):
        with pytest.raises(WinnowError, match=r"embedder\.model"):
            open_embedder(name)


def test_a_cache_that_cannot_be_read_is_begun_anew(tmp_path: Path) -> None:
    cache = tmp_path / "vectors.lance"
    (cache / "data").mkdir(parents=True)
    (cache / "data" / "left-by-a-kill.lance").write_bytes(b"half")
    embedder = open_embedder()
    first = embed_with_cache(TEXTS[:5], embedder, cache)
    assert np.array_equal(embed_with_cache(TEXTS[:5], embedder, cache), first)


def test_processes_fill_one_cache_at_once(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from winnow.curation.engine.embedders.embedder import open_embedder; "
        "from winnow.curation.engine.vector_cache import embed_with_cache\n"
        "for i in range(12): embed_with_cache([f'{sys.argv[2]} text {i}'], open_embedder(), Path(sys.argv[1]))"
    )
    call = [sys.executable, "-c", script, str(tmp_path / "vectors.lance")]
    running = [subprocess.Popen([*call, name], stderr=subprocess.PIPE) for name in "abc"]
    for process in running:
        errors = process.communicate(timeout=120)[1]
        assert process.returncode == 0, errors
    wanted = [f"{name} text {i}" for name in "abc" for i in range(12)]
    seen: list[int] = []
    embed_with_cache(
        wanted, open_embedder(), tmp_path / "vectors.lance", progress=lambda done, total: seen.append(total)
    )
    assert seen == []


def test_changed_weights_of_the_bundled_model_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "model"
    shutil.copytree(bundled_model_folder(), folder)
    with (folder / "model.safetensors").open("r+b") as handle:
        handle.seek(-1, 2)
        handle.write(b"\x01")
    monkeypatch.setattr("winnow.curation.engine.embedders.model_files.bundled_model_folder", lambda: folder)
    with pytest.raises(ServiceError, match=BUNDLED_SHA256):
        open_embedder()


def test_a_second_process_needs_neither_torch_nor_sentence_transformers() -> None:
    open_embedder().encode(["converted by now"])
    script = (
        "import sys; from winnow.curation.engine.embedders.embedder import open_embedder; "
        "open_embedder().encode(['x']); "
        "sys.exit(any(m in sys.modules for m in ('torch', 'sentence_transformers', 'transformers')))"
    )
    assert subprocess.run([sys.executable, "-c", script], timeout=120).returncode == 0


@pytest.mark.parametrize("changed", ["tokenizer.json", "model.bin", "model.json"])
def test_a_changed_converted_model_is_converted_again(
    tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changed: str
) -> None:
    monkeypatch.setenv("WINNOW_CACHE", str(tmp_path))
    texts = ["one long text about the door of the room", "another"]
    vectors = open_embedder(str(tiny_model)).encode(texts)
    [converted] = (tmp_path / "models").iterdir()
    content = (converted / changed).read_bytes()
    if changed == "model.json":
        (converted / changed).write_bytes(content.replace(b'"max_length": 64', b'"max_length": 4'))
    elif changed == "tokenizer.json":
        (converted / changed).write_bytes(content.replace(b'"door":', b'"doer":', 1))
    else:
        (converted / changed).write_bytes(content[:-400] + bytes(400))
    assert (converted / changed).read_bytes() != content
    assert np.array_equal(open_embedder(str(tiny_model)).encode(texts), vectors)
    assert is_as_converted(converted)
    assert [path.name for path in (tmp_path / "models").iterdir()] == [converted.name]
