// What became of earlier work, told from another process and in CommonJS: a nightly job that settles orders and says
// which change went live. It knows order numbers and no trace ids.
//   PLIMSOLL_API_KEY=plk_... node outcome.cjs
const { change, connect, outcome } = require('@plimsoll/sdk');

const events = connect({
  apiKey: process.env.PLIMSOLL_API_KEY,
  url: process.env.PLIMSOLL_URL,
  onError: (error) => console.error(error),
});

const settled = [
  { order: 'order-1', paid: '12.50' },
  { order: 'order-2', paid: null },
];
for (const { order, paid } of settled) {
  outcome({
    name: 'order-paid',
    key: order,
    status: paid === null ? 'failure' : 'success',
    ...(paid === null ? {} : { value: paid, currency: 'EUR' }),
  });
}
change({ kind: 'prompt', feature: 'order-mail', attribute: 'promptVersion', from: 'v2', to: 'v3' });

void events.flush().then(() => console.log(`${events.dropped} dropped`));
