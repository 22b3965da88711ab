"""The verbs of the domain. Each is one transaction: it happens whole and on record, or not at all.

The thing comes first, everything else by keyword, and who acts is `by=`. A refusal is raised as
`exceptions.Refusal` and changes nothing. Import the module, not the function: `lifecycle.call(…)`.
"""
