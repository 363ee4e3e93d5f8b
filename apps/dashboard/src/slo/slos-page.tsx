export function SlosPage() {
  return <div>SlosPage</div>;
}
