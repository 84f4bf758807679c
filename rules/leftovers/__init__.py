"""What stays behind of pictures that were deleted or only looked at: counted, never shown."""
