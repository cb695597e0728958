using ShopNet;

// Without arguments: the whole shop. With one: one of its services, for instance "storefront --urls http://localhost:7101".
return args switch
{
    [Storefront.Name, .. var rest] => await Service.RunAsync(Storefront.Name, Storefront.Map, rest),
    [Stock.Name, .. var rest] => await Service.RunAsync(Stock.Name, Stock.Map, rest),
    _ => await Shop.RunAsync(args),
};
