-- name: lines_months_and_volumes
-- Counters that differ from the ledger's sums, which are added up here without the chart of accounts. Empty at every
-- moment, as all of these are.
WITH signed AS (
    SELECT financial_year, line, kind, unit, demand, month,
           CASE WHEN entry_type IN ('approved', 'adjusted', 'moved_in') THEN net_pence + vat_pence
                WHEN entry_type = 'moved_out' THEN -(net_pence + vat_pence) ELSE 0 END AS approved,
           CASE entry_type WHEN 'committed' THEN net_pence + vat_pence
                           WHEN 'released' THEN -(net_pence + vat_pence) ELSE 0 END AS committed,
           CASE entry_type WHEN 'invoiced' THEN net_pence + vat_pence ELSE 0 END AS invoiced,
           CASE entry_type WHEN 'receipted' THEN net_pence + vat_pence ELSE 0 END AS receipted,
           CASE entry_type WHEN 'committed' THEN quantity WHEN 'released' THEN -quantity ELSE 0 END AS quantity
    FROM budget.ledger
),
shown AS (
    SELECT 'line' AS counter, concat_ws('|', financial_year, line) AS name,
           ARRAY[approved_pence, committed_pence, invoiced_pence, receipted_pence]::numeric[] AS sums
    FROM budget.balances
    UNION ALL
    SELECT 'month', concat_ws('|', financial_year, line, kind, unit, demand, month),
           ARRAY[approved_pence, committed_pence, invoiced_pence, receipted_pence, quantity]::numeric[]
    FROM budget.counters
    UNION ALL
    SELECT 'volume', concat_ws('|', financial_year, kind), ARRAY[ordered]::numeric[] FROM budget.volumes
),
summed AS (
    SELECT 'line' AS counter, concat_ws('|', financial_year, line) AS name,
           ARRAY[sum(approved), sum(committed), sum(invoiced), sum(receipted)] AS sums
    FROM signed GROUP BY financial_year, line
    UNION ALL
    SELECT 'month', concat_ws('|', financial_year, line, kind, unit, demand, month),
           ARRAY[sum(approved), sum(committed), sum(invoiced), sum(receipted), sum(quantity)]
    FROM signed GROUP BY financial_year, line, kind, unit, demand, month
    UNION ALL
    SELECT 'volume', concat_ws('|', financial_year, kind), ARRAY[sum(quantity)]
    FROM signed WHERE kind <> '' GROUP BY financial_year, kind
)
SELECT counter, name, shown.sums AS shown, summed.sums AS summed
FROM shown FULL JOIN summed USING (counter, name)
WHERE coalesce(shown.sums, array_fill(0::numeric, ARRAY[cardinality(summed.sums)]))
      IS DISTINCT FROM coalesce(summed.sums, array_fill(0::numeric, ARRAY[cardinality(shown.sums)]))
ORDER BY counter, name

-- name: orders_and_contracts
-- What an order is worth, and what was called off a contract.
WITH worth AS (
    SELECT order_id, sum(CASE WHEN entry_type IN ('committed', 'invoiced') THEN net_pence + vat_pence
                              WHEN entry_type = 'released' THEN -(net_pence + vat_pence) ELSE 0 END) AS pence
    FROM budget.ledger WHERE order_id IS NOT NULL GROUP BY order_id
)
SELECT 'order' AS counter, order_id AS name, ARRAY[o.gross_pence]::numeric[] AS shown, ARRAY[w.pence] AS summed
FROM budget.orders AS o FULL JOIN worth AS w USING (order_id)
WHERE coalesce(o.gross_pence, 0) <> coalesce(w.pence, 0)
UNION ALL
SELECT 'contract', contract_id, ARRAY[c.called_pence]::numeric[], ARRAY[s.pence]
FROM budget.contract_calls AS c
FULL JOIN (
    SELECT o.contract_id, sum(w.pence) AS pence
    FROM budget.orders AS o JOIN worth AS w USING (order_id)
    WHERE o.contract_id IS NOT NULL GROUP BY o.contract_id
) AS s USING (contract_id)
WHERE coalesce(c.called_pence, 0) <> coalesce(s.pence, 0)
ORDER BY counter, name

-- name: accounts
-- Double entry: all balances together are nought, net and VAT each; money on its way between lines is nought a year;
-- and what a line's account `available` holds is what the line's counters say is left.
SELECT 'accounts' AS counter, 'all together' AS name, ARRAY[sum(net_pence), sum(vat_pence)] AS shown,
       ARRAY[0, 0]::numeric[] AS summed
FROM budget.accounts HAVING (sum(net_pence), sum(vat_pence)) <> (0, 0)
UNION ALL
SELECT 'account', concat_ws('|', financial_year, 'transit'), ARRAY[sum(net_pence), sum(vat_pence)],
       ARRAY[0, 0]::numeric[]
FROM budget.accounts WHERE account = 'transit'
GROUP BY financial_year HAVING (sum(net_pence), sum(vat_pence)) <> (0, 0)
UNION ALL
SELECT 'account', concat_ws('|', financial_year, line, 'available'),
       ARRAY[b.approved_pence - b.committed_pence - b.invoiced_pence]::numeric[], ARRAY[a.net_pence + a.vat_pence]
FROM budget.balances AS b
FULL JOIN (SELECT * FROM budget.accounts WHERE account = 'available') AS a USING (financial_year, line)
WHERE coalesce(b.approved_pence - b.committed_pence - b.invoiced_pence, 0) <> coalesce(a.net_pence + a.vat_pence, 0)
ORDER BY counter, name

-- name: unbalanced_documents
-- Money that a document takes from one line arrives on another.
SELECT 'document' AS counter, document_id AS name, ARRAY[sum(pence)] AS shown, ARRAY[0]::numeric[] AS summed
FROM (
    SELECT document_id, CASE entry_type WHEN 'moved_in' THEN net_pence + vat_pence
                                        ELSE -(net_pence + vat_pence) END AS pence
    FROM budget.ledger WHERE entry_type IN ('moved_in', 'moved_out')
) AS moved
GROUP BY document_id HAVING sum(pence) <> 0
ORDER BY document_id
