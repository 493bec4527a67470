export function kitTypes(): string;
