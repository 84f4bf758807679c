"""What is known of products that monitor or remotely control: one YAML file per family. Adding one is adding a file.

    name: Example                      # as people know it
    category: remote access            # stalkerware, keylogger, employee monitoring, classroom monitoring,
                                       # parental control, remote access: how its presence is judged
    about: Lets somebody elsewhere see this computer.      # one neutral sentence
    built_in: true                     # only where it comes with ordinary desktops: being there says nothing
    sources:                           # where each fact was read, when, and under which terms (see NOTICE)
      readme: {name: its README, place: 'https://…', dated: 2026-01-31, licence: facts}
    indicators:
      - {kind: path, platform: linux, value: /usr/bin/example, strength: medium, source: readme}

Kinds, strengths and what a mark shows: `audit.indicators.schema`. A bare name is weak, a whole path medium, a mark that
nothing else has strong. A path, key or name that no public source or real file shows is not added; nor is a name that
ordinary software has, nor assistive technology. `verified: true` is for what was tried on the real product.
"""
