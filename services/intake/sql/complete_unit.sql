-- What is learned about a unit later; what is known stays.
update intake.unit
   set product_model = coalesce(product_model, $2),
       purchased_on  = coalesce(purchased_on, $3::date)
 where unit_id = $1
