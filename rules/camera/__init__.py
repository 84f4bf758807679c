"""What can see or hear: camera and microphone."""
