"""What a model reads before it answers with the label of a query: one definition for training and prediction."""

from __future__ import annotations

from dataclasses import dataclass

from winnow.core.prompt_template import parse_template
from winnow.curation.checks.chat_template.chat_messages import SYSTEM, ChatMessage, folded
from winnow.curation.checks.chat_template.chat_tokenizer import ChatTokenizer
from winnow.curation.checks.chat_template.role_probe import refused_roles
from winnow.validators.tools.call_formats import CALL_FORMATS
from winnow.validators.tools.dialogue import Role


@dataclass(frozen=True)
class QueryPrompt:
    """The words around a query in the chat template of a model."""

    chat: ChatTokenizer
    instruction: str
    """The content of the system message, where the task has no prompt template of its own."""
    prompt_template: str | None
    folds_system: bool
    """Whether the template refuses system messages, so that the instruction stands before the query."""

    def messages(self, query: str) -> list[ChatMessage]:
        """The messages that the chat template gets."""
        content = parse_template(self.prompt_template).fill(query)
        asked = ChatMessage({"role": Role.USER.value, "content": content}, (0,), (query,))
        if self.prompt_template is not None or not self.instruction:
            return [asked]
        system = ChatMessage({"role": SYSTEM, "content": self.instruction}, (), (self.instruction,))
        return folded([system, asked], {SYSTEM} if self.folds_system else set())

    def text(self, query: str) -> str:
        """The text that the model reads; its answer begins directly after it."""
        return self.chat.render([message.fields for message in self.messages(query)], prompt=True)


def query_prompt(chat: ChatTokenizer, *, instruction: str, prompt_template: str | None) -> QueryPrompt:
    """The prompt for queries in a chat template, which is asked whether it takes system messages."""
    folds_system = SYSTEM in refused_roles(chat, next(one for one in CALL_FORMATS.values() if one.in_text))
    return QueryPrompt(chat, instruction, prompt_template, folds_system)
