"""What a browser lets others see: extensions, accounts, policies, sites."""
