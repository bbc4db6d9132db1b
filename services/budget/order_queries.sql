-- name: orders
-- $1 year. Orders with a document of the year: what was promised, arrived and was billed, and where these differ.
-- A price difference is what was billed for the devices, less what as many cost in the order; unknown without numbers.
WITH sums AS (
    SELECT order_id,
           coalesce(sum(net_pence + vat_pence) FILTER (WHERE document_type = 'purchase_order'), 0)::bigint
           AS ordered_pence,
           coalesce(sum(quantity) FILTER (WHERE document_type = 'purchase_order'), 0)::bigint AS ordered,
           coalesce(sum(abs(quantity)) FILTER (WHERE document_type = 'cancellation'), 0)::bigint AS cancelled,
           coalesce(sum(quantity) FILTER (WHERE document_type = 'receipt'), 0)::bigint AS received,
           coalesce(sum(net_pence + vat_pence) FILTER (WHERE document_type = 'receipt'), 0)::bigint AS received_pence,
           coalesce(sum(quantity) FILTER (WHERE document_type = 'invoice'), 0)::bigint AS invoiced,
           coalesce(sum(net_pence + vat_pence) FILTER (WHERE document_type = 'invoice'), 0)::bigint AS invoiced_pence,
           coalesce(sum(abs(net_pence + vat_pence)) FILTER (WHERE document_type = 'credit_note'), 0)::bigint
           AS credited_pence,
           bool_and(quantity IS NOT NULL) FILTER (WHERE document_type IN ('purchase_order', 'invoice')) AS numbered
    FROM budget.documents AS d
    WHERE order_id IN (SELECT order_id FROM budget.documents WHERE financial_year = $1::text AND order_id IS NOT NULL)
      AND NOT EXISTS (SELECT FROM budget.acts AS a WHERE a.act = 'reverse' AND a.document_id = d.document_id)
    GROUP BY order_id
)
SELECT s.order_id, o.supplier, o.contract_id, o.placed_on, s.ordered, s.ordered_pence, s.cancelled, s.received,
       s.received_pence, s.invoiced, s.invoiced_pence, s.credited_pence, o.gross_pence,
       greatest(0, s.received - s.ordered + s.cancelled) AS over_received,
       CASE WHEN s.numbered AND s.ordered > 0 AND s.invoiced > 0
            THEN s.invoiced_pence - s.ordered_pence * s.invoiced / s.ordered END AS price_difference_pence
FROM sums AS s JOIN budget.orders AS o USING (order_id)
ORDER BY o.placed_on, s.order_id
