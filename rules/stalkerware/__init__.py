"""What may have been put here to watch or control: known products, remote access, key reading, odd starts."""
