/** Prices of models, and so what calls cost, are in this currency whatever that of a project; amounts in another are never added. */
export const priceCurrency = 'USD';
