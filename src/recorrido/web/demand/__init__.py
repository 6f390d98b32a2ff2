"""Pages: advice and support, failure demand, who leaves most and least."""
