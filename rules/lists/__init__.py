"""Names and numbers that rules compare with: sites where help is found, camera makers' prefixes, public name servers.

Each file says where its facts come from and when they were read. Adding one is adding a line: `audit.indicators.lists` reads them
strictly and names the file where something is wrong. Being on a list is no verdict on anybody.
"""
