-- Sums by kind without the month: nobody reads them since `budget.counters` keeps them by month, and no code moves them.
-- depends: budget-0003-request-endings

DROP TABLE budget.kind_balances;
