/** The app's logo, from the same file as its icon. */
import icon from '../../assets/icon.svg';

export function Mark({ className }: { className: string }) {
  return <img src={icon} alt="" className={className} />;
}
