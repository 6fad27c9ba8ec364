"""What a review shows: its messages, its forms beside their readers, its lists."""
