export function CostsPage() {
  return <div>CostsPage</div>;
}
