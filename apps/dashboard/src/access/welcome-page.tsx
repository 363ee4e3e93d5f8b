export function WelcomePage() {
  return <div>WelcomePage</div>;
}
