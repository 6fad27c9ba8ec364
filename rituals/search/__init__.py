"""The search of the registry: which area a question is about, said only as surely as it is known."""

from rituals.search.index import Answer, Area, Index, Steps, Weights

__all__ = ["Answer", "Area", "Index", "Steps", "Weights"]
