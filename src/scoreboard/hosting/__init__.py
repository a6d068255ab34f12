"""What a model needs to be hosted: memory from its real architecture."""
