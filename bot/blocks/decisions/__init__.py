"""How decision rights look: `answers` to a question, `forms` that keep the registry."""
