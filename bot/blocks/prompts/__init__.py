"""How prompts look: `forms` set one up in three steps, `messages` are what the channel sees."""
