"""What pictures tell besides what they show."""
