export function SloPage() {
  return <div>SloPage</div>;
}
