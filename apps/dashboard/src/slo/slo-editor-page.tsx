export function SloCreatePage() {
  return <div>SloCreatePage</div>;
}
export function SloEditPage() {
  return <div>SloEditPage</div>;
}
