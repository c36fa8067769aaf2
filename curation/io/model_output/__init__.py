"""Read the raw output of models: one file for the form of each, and the list of them."""

from collections.abc import Mapping

from winnow.core.model_output_names import ModelOutputName
from winnow.curation.io.model_output.bracketed_output import MISTRAL, MISTRAL_ARGS
from winnow.curation.io.model_output.channel_output import GPT_OSS
from winnow.curation.io.model_output.cohere_output import COHERE
from winnow.curation.io.model_output.deepseek_output import DEEPSEEK
from winnow.curation.io.model_output.function_gemma_output import FUNCTION_GEMMA
from winnow.curation.io.model_output.llama_output import LLAMA3
from winnow.curation.io.model_output.output_form import OutputForm
from winnow.curation.io.model_output.tagged_output import PHI4, QWEN

OUTPUT_FORMS: Mapping[str, OutputForm] = {
    ModelOutputName.COHERE: COHERE,
    ModelOutputName.DEEPSEEK: DEEPSEEK,
    ModelOutputName.FUNCTION_GEMMA: FUNCTION_GEMMA,
    ModelOutputName.GPT_OSS: GPT_OSS,
    ModelOutputName.LLAMA3: LLAMA3,
    ModelOutputName.MISTRAL: MISTRAL,
    ModelOutputName.MISTRAL_ARGS: MISTRAL_ARGS,
    ModelOutputName.PHI4: PHI4,
    ModelOutputName.QWEN: QWEN,
}
"""Every form by its name."""
