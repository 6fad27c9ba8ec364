"""What a pulse looks like: the forms that set it up, the questions, the messages, the result."""
