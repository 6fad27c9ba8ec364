"""How demo days look: `forms` are filled in, `messages` is what the channel sees, `notes` what one is told."""
