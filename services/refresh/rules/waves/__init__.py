"""Which queue entries to serve, from stock or by an order, and in which quarter: the best that the money allows."""

from services.refresh.rules.waves.optimum import greedily, plan
from services.refresh.rules.waves.problem import Bind, Choice, Group, LeftOut, Plan, Problem, Quarter, Source

__all__ = ["Bind", "Choice", "Group", "LeftOut", "Plan", "Problem", "Quarter", "Source", "greedily", "plan"]
