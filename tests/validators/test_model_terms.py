"""Names of models and what their makers say."""

from __future__ import annotations

import pytest

from winnow.validators.model_terms import MODEL_TERMS, TrainingTerms, are_model_names, terms_of


@pytest.mark.parametrize(
    ("model", "maker", "terms"),
    [
        ("gpt-4o-2024-08-06", "OpenAI", "forbidden"),
        ("openai/GPT-3.5-turbo", "OpenAI", "forbidden"),
        ("o3", "OpenAI", "forbidden"),
        ("o4-mini", "OpenAI", "forbidden"),
        ("text-davinci-003", "OpenAI", "forbidden"),
        ("gpt-oss-120b", "OpenAI", "free"),
        ("claude-sonnet-4-5", "Anthropic", "forbidden"),
        ("us.anthropic.claude-3-haiku", "Anthropic", "forbidden"),
        ("gemini-2.5-pro", "Google", "forbidden"),
        ("google/gemma-2-9b-it", "Google", "conditional"),
        ("grok-3", "xAI", "forbidden"),
        ("Llama-2-70b-chat", "Meta", "forbidden"),
        ("meta-llama/Meta-Llama-3-70B-Instruct", "Meta", "forbidden"),
        ("meta-llama/Meta-Llama-3-8B-Instruct", "Meta", "forbidden"),
        ("meta-llama/Llama-3.1-8B-Instruct", "Meta", "conditional"),
        ("llama3.3", "Meta", "conditional"),
        ("Llama-4-Scout", "Meta", "conditional"),
        ("command-r-plus", "Cohere", "unread"),
        ("Qwen/Qwen2.5-72B-Instruct", "Alibaba", "conditional"),
        ("Qwen2.5-3B-Instruct", "Alibaba", "unread"),
        ("Qwen2-72B-Instruct", "Alibaba", "unread"),
        ("Qwen2.5-Coder-32B-Instruct", "Alibaba", "free"),
        ("Qwen3-8B", "Alibaba", "free"),
        ("Mixtral-8x22B-Instruct-v0.1", "Mistral AI", "free"),
        ("mistralai/Mistral-7B-Instruct-v0.2", "Mistral AI", "free"),
        ("DeepSeek-V2-Chat", "DeepSeek", "conditional"),
        ("deepseek-ai/DeepSeek-V3", "DeepSeek", "conditional"),
        ("DeepSeek-V3-0324", "DeepSeek", "unread"),
        ("DeepSeek-R1", "DeepSeek", "free"),
        ("DeepSeek-R1-Distill-Llama-8B", "Meta", "conditional"),
        ("SmolLM2-135M-Instruct", "Hugging Face", "free"),
    ],
)
def test_a_name_leads_to_the_terms_of_its_maker(model: str, maker: str, terms: str) -> None:
    found = terms_of(model)
    assert found is not None
    assert (found.maker, found.terms.value) == (maker, terms)


@pytest.mark.parametrize(
    "model", ["unknown", "our-model", "gpt4all-j", "mistral-large-2411", "Fiesta", "qwen-max", "x1"]
)
def test_another_name_is_not_guessed(model: str) -> None:
    assert terms_of(model) is None


def test_every_entry_has_a_clause_and_a_link() -> None:
    assert {one.terms for one in MODEL_TERMS} == {*TrainingTerms}
    assert all(one.clause and one.link.startswith("https://") for one in MODEL_TERMS)


def test_only_text_that_was_read_has_quotation_marks_and_a_date() -> None:
    assert any(one.quoted for one in MODEL_TERMS)
    assert not [one.clause for one in MODEL_TERMS if one.quoted and ('"' in one.clause or one.dated)]


def test_a_column_names_models_if_nearly_all_values_do() -> None:
    assert are_model_names(["gpt-4o"] * 9 + ["ours", "", " "])
    assert not are_model_names(["gpt-4o"] * 8 + ["Fiesta", "Golf"])
    assert not are_model_names(["", " "])
