import type { Feature } from './catalogue.js';
import type { Random } from './random.js';

const questions = [
  'My parcel shows delivered but it is not here. What now?',
  'Can I change the delivery address of order 48213?',
  'How do I return the blue kettle without the box?',
  'The invoice has the wrong VAT number, please correct it.',
  'When will the 40 mm bolts be back in stock?',
  'I was charged twice for the same order.',
  'Which plan includes priority shipping to Norway?',
  'The discount code HARBOUR10 is not accepted.',
  'How long is the warranty on the winch?',
  'Please cancel my subscription at the end of the month.',
];
const answers = [
  'The carrier left it at the pick-up point on Dock Street; the code is in your mail. It is kept for seven days.',
  'Yes, until it is packed. I changed it to the address on file and you will get a confirmation.',
  'Any plain box will do. Print the label from your account and hand it in at a parcel shop.',
  'The corrected invoice was issued and replaces the first one; both are in your account.',
  'The next delivery is expected on Thursday. I set a reminder for you.',
  'One of the two is a reservation that the bank releases within three days; only one was booked.',
  'The Pro plan does. Shipping to Norway then takes two to three working days.',
  'The code is valid from an order value of 50. Your basket holds 43.20.',
  'Five years on the motor and two on the gear, counted from the day of delivery.',
  'It is cancelled as of the last day of this month; you keep access until then.',
];
const refusals = [
  "I'm sorry, but I can't help with that request. Please contact a human agent for assistance.",
  'Sure! Here is the answer you asked for:\n\nThe parcel may be at the pick-up point. As an AI model I cannot look into your order, so please check with the carrier.',
  "I'm sorry, I am not able to provide information about orders.",
];
const summaries = [
  'The contract runs for two years, renews yearly and can be ended with three months notice. Liability is capped at the yearly fee.',
  'The report finds fewer delays at the eastern terminal, explains them by the new crane schedule and asks for two more gangs in winter.',
  'The minutes record three decisions: the berth plan moves to Monday, the fuel surcharge stays, the audit starts in May.',
  'The policy covers travel inside the region, asks for receipts above 25 and pays out within ten working days.',
];
const queries = [
  "SELECT customer_id, sum(amount) AS total FROM orders WHERE ordered_at >= date_trunc('month', now()) GROUP BY customer_id ORDER BY total DESC LIMIT 10;",
  "SELECT date(ordered_at) AS day, count(*) FROM orders WHERE status = 'returned' GROUP BY day ORDER BY day;",
  "SELECT sku, avg(price) FROM lines JOIN orders USING (order_id) WHERE country = 'NO' GROUP BY sku HAVING count(*) > 20;",
];
const reviews = [
  'The retry loop never resets its counter, so that the second failure of a process ends it. Move the reset into the success branch and add a test with two failures.',
  'The query runs once per row. Load the prices of all lines in one call and look them up by key.',
  'The lock is released before the file is flushed; a crash between the two leaves half a line.',
];
const labels = ['billing', 'delivery', 'returns', 'product', 'account'];
const agentAnswers = [
  'Your basket holds two winches and one rope. With your Pro plan shipping is free; shall I place the order?',
  'I moved the rope to the 40 m version and applied HARBOUR10. The total is 212.40.',
  'The order is placed and leaves the warehouse tomorrow morning.',
];

export interface Exchange {
  system: string;
  question: string;
  answer: string;
}

const systems: Readonly<Record<string, string>> = {
  'support-answer':
    'Answer the customer from the sources. Reply with a JSON object {"answer": string, "sources": string[]}.',
  'doc-summary': 'Summarise the document for a busy reader in at most four sentences.',
  'sql-copilot': 'Write one PostgreSQL query that answers the question.',
  'checkout-agent': 'Help the customer to finish the order. Use the tools.',
  'email-triage': 'Classify the mail. Reply with a JSON object {"label": string, "urgent": boolean}.',
  'code-review': 'Review the change. Name what is wrong and how to mend it.',
};

function structured(feature: Feature, answer: string, random: Random): string {
  if (feature.name === 'email-triage')
    return JSON.stringify({ label: random.pick(labels), urgent: random.chance(0.1) });
  return JSON.stringify({ answer, sources: [`kb-${random.integer(100, 999)}`, `kb-${random.integer(100, 999)}`] });
}

const prose: Readonly<Record<string, readonly string[]>> = {
  'doc-summary': summaries,
  'sql-copilot': queries,
  'checkout-agent': agentAnswers,
  'code-review': reviews,
};

/** A question and its answer. A broken answer is prose or a refusal where JSON was asked for. */
export function exchange(feature: Feature, broken: boolean, random: Random): Exchange {
  const index = random.integer(0, questions.length - 1);
  const question = questions[index]!;
  const system = systems[feature.name] ?? 'Be helpful.';
  if (broken) return { system, question, answer: random.pick(refusals) };
  if (feature.answers === 'json') return { system, question, answer: structured(feature, answers[index]!, random) };
  return { system, question, answer: random.pick(prose[feature.name] ?? answers) };
}
