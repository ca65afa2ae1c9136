"""Interfaces of other frameworks, one module each; import the one that is needed.

`gymnasium`, `gymnasium_vector`, `sb3`, `sb3_agents`, `pettingzoo`, `dm_env`, `gymnax`,
`gymnax_legacy` and `jaxmarl`.
"""
